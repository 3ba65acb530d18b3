"""Real servers on loopback that tests and benchmarks talk to: an OpenAI-shaped model and a webhook receiver.

Each is a process of its own, started by a handle (`start_model_server`, `start_receiver`) and told what to do by scripts.
Nothing here imports Django or the product, so that what is measured and what measures stay apart.
"""
