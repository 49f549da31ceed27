deploy-compose: ## Bring the production stack of this machine to the version in .env, one replica after the other
	scripts/deploy-compose.sh
