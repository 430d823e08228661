-- The fractions are gone: there is nothing to go back to.
SELECT 1;
