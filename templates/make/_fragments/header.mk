# What is done by hand; `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: @targets@

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20
