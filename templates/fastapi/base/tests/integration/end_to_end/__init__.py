"""The whole way of a request, through all processes and services that take part."""
