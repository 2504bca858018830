"""The same question in other forms: layouts, perturbations, and small tests of behaviour."""
