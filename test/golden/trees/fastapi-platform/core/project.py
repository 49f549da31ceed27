"""The project's own names: the one place in the code that holds them."""

DISPLAY_NAME = "My Service"
SLUG = "my-service"
API_PREFIX = "/api/v3"
