"""What an audit finds of a judge: from its verdicts to figures, each with n and an interval."""
