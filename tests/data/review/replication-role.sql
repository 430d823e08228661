SET session_replication_role = replica; -- !
SET search_path = public;
