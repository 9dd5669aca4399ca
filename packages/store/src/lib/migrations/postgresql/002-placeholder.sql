-- Holds the number of a migration that another branch brings.
SELECT 1;
