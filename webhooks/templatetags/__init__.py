"""Tags that templates of other apps use too, where they show deliveries."""
