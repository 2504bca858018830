"""What is shown: pages, markdown, JUnit, made from what was measured, decided and explained."""
