-- Runs once, while the data folder is empty.
\getenv password POSTGRES_PASSWORD

-- The application owns its database and is no superuser.
CREATE ROLE my_service LOGIN PASSWORD :'password';
CREATE DATABASE my_service OWNER my_service;
REVOKE ALL ON DATABASE my_service FROM PUBLIC;

-- Without a password the superuser comes in over the socket inside the container only:
-- docker compose exec postgres psql --username=postgres
ALTER ROLE postgres PASSWORD NULL;
