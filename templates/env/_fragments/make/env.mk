PYTHON ?= python3

env: .env ## Write .env with new secrets, unless there is one

.env:
	$(PYTHON) scripts/generate_env.py

check-env: .env ## Judge .env before it is used
	$(PYTHON) scripts/validate_env.py
