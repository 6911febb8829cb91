"""Floor 4: batches. Plans, budgets and webhooks come later; declared so that nothing below may lean on it."""
