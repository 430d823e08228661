DO $$
DECLARE t text;
BEGIN
  EXECUTE 'DROP TABLE known';
END $$;
DO $$
DECLARE t text;
BEGIN
  EXECUTE 'DROP TABLE ' || t; -- !
END $$;
