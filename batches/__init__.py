"""Floor 4: batches. Plans, budgets and webhooks come with their own issue; the floor is declared so that nothing below may lean on it."""
