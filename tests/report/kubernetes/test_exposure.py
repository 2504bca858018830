from statera.report.kubernetes.exposure import network_policy, service, service_monitor
from statera.report.kubernetes.values import read_values


def test_the_service_leads_to_the_guard_and_nowhere_else() -> None:
    spec = service(read_values(), "production")["spec"]
    assert spec["ports"] == [{"name": "http", "port": 8080, "targetPort": 8080, "protocol": "TCP"}]
    assert spec["selector"] == {"app.kubernetes.io/name": "genai-backend"}


def test_the_network_lets_in_the_guards_port_and_out_to_names_and_what_is_stated() -> None:
    egress = "network: {egress: [{to: [{podSelector: {matchLabels: {app: collector}}}]}]}"
    spec = network_policy(read_values(egress), "production")["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    assert [rule["ports"] for rule in spec["ingress"]] == [[{"port": 8080, "protocol": "TCP"}]]
    assert [len(spec["egress"]), spec["egress"][0]["ports"][0]["port"]] == [2, 53]


def test_the_monitor_finds_the_service_by_its_labels_and_its_port_by_name() -> None:
    values = read_values()
    found, served = service_monitor(values, "production"), service(values, "production")
    wanted = found["spec"]["selector"]["matchLabels"]
    assert wanted.items() <= served["metadata"]["labels"].items()
    ports = {port["name"] for port in served["spec"]["ports"]}
    assert {end["port"] for end in found["spec"]["endpoints"]} <= ports
