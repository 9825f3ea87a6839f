"""Staff enrol a resident at the machine: consent, face, voice, card, PIN, paper."""
