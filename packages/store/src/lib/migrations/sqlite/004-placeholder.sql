-- Holds the number until the migration of this number lands; has no effect.
SELECT 1;
