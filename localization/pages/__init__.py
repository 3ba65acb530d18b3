"""The pages about jobs: the list, a group, a job, a new submission. One file each; they read through `visible_to` and write through services."""
