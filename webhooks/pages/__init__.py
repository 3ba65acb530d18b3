"""The pages about webhooks: the log of deliveries, one delivery, the endpoints. They write through `webhooks.services`."""
