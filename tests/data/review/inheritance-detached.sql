ALTER TABLE child NO INHERIT parent; -- !
ALTER TABLE child INHERIT parent;
