"""How events travel: from the outbox to RabbitMQ, and from there to their handlers."""
