"""The pages about engines: the list, and each engine's tabs. They read through `visible_to` and write through `engines.management`."""
