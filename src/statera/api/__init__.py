"""What `import statera` offers: running suites, comparing stored runs."""
