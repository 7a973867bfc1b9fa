"""What agents have beside the cards: App Home, the command, the queue's window, and labels for any message."""
