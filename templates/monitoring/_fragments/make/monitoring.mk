check-monitoring: ## Judge the monitoring's configuration and test its rules
	scripts/check_monitoring.sh
