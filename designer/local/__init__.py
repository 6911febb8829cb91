"""The stack on one machine: Postgres and Valkey of our own, the web server, the workers, the scheduler."""
