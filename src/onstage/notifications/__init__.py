"""What people are told: an inbox that groups, devices that may be woken, letters for those who want them; nothing that nags."""
