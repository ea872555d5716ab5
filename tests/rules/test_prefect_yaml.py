"""Every flow has its deployment, every deployment its flow, and every job kind a deployment that is there."""

import pytest
import yaml

from flows import dispatcher
from tests.rules.test_arrows import ROOT


@pytest.fixture(scope="module")
def flows_by_entrypoint():
    from flows import runs, serving

    return {f"flows/runs.py:{name}": flow for name, flow in vars(runs).items() if flow in serving.FLOWS}


def test_prefect_yaml_deploys_every_flow(flows_by_entrypoint):
    deployments = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    assert {one["entrypoint"] for one in deployments} == set(flows_by_entrypoint)


def test_every_job_has_a_deployment(flows_by_entrypoint):
    names = {f"{flow.name}/default" for flow in flows_by_entrypoint.values()}
    assert set(dispatcher.DEPLOYMENTS.values()) <= names


def test_parameters_are_names_ids_and_places_never_people(flows_by_entrypoint):
    allowed = {"case", "job_id", "campaign", "path", "kind", "producer", "upload_id"}
    for flow in flows_by_entrypoint.values():
        assert set(flow.parameters.properties) <= allowed
