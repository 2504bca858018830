"""Made-up clinical notes, each with facts that its summary must not omit."""
