"""The pages of human review: the queue, the workspace, history and statistics. They read through `visible_to` and write through services."""
