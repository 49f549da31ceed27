"""What is said over RabbitMQ."""
