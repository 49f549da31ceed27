-- Mounted in development only: tests make databases of their own.
ALTER ROLE my_service CREATEDB;
