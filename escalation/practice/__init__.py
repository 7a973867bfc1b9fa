"""A local workspace that speaks Slack's Web API and Socket Mode, with a page on which a person plays an agent."""
