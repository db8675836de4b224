"""`ecd2g design`: many circuits measured on one problem, and the one that is recommended."""
