"""What every request passes through, outermost first: access, security headers, errors."""
