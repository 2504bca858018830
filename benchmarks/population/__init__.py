"""A population whose likings are known, through the real guard to real endpoints: is it found out?

    python -m benchmarks population

Users with a device and a temper ask two pods of `statera guard serve`, which share a real
PostgreSQL, which ask two model servers of different manners. People judge the text that came back,
and report it by the token of their answer: some later than the window, some twice, some with a
forged token, some for a decision that nobody knows.
"""
