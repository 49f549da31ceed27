-- Runs once, while the data folder is empty.
\getenv password POSTGRES_EXPORTER_PASSWORD

-- Reads the state of the server, and no data.
CREATE ROLE monitoring LOGIN PASSWORD :'password';
GRANT pg_monitor TO monitoring;
GRANT CONNECT ON DATABASE my_service TO monitoring;
