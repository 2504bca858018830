"""What runs inside the sandbox: standard library only, sent to the interpreter through a pipe.

Nothing here may import the rest of statera: behind the walls it cannot be read.
"""
