"""The guard beside a model server in Kubernetes: values in, documents and files out, no cluster.

One file of values gives plain YAML, a Kustomize base with overlays and a Helm chart, each in two
forms: two containers, or the guard as a native sidecar.
"""
