"""The pages about webhooks: the log of deliveries, one delivery, their receivers. They write through `webhooks.services`."""
