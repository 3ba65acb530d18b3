"""The pages that show more than one app: home, reports, settings, roles, API keys, the profile. They write through the services of those apps."""
