REVOKE SELECT ON t FROM reader; -- !
GRANT SELECT ON t TO reader;
