"""Changes some of the stack behind its back, through the emulated cloud's own interface.

Usage: drift.py ENDPOINT NAME
"""

import sys

import boto3

endpoint, name = sys.argv[1:3]


def client(service):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


# An attribute changed by hand.
client("logs").put_retention_policy(logGroupName=f"/platform/{name}", retentionInDays=3)

# A tag that somebody added.
ec2 = client("ec2")
vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [name]}])["Vpcs"][0]
ec2.create_tags(Resources=[vpc["VpcId"]], Tags=[{"Key": "Touched", "Value": "by hand"}])

# An object that is gone.
client("ssm").delete_parameter(Name=f"/{name}/zones")

# A rule that was opened by hand.
group = ec2.describe_security_groups(
    Filters=[{"Name": "group-name", "Values": [f"{name}-balancer"]}]
)["SecurityGroups"][0]
ec2.authorize_security_group_ingress(
    GroupId=group["GroupId"],
    IpPermissions=[
        {
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
            "IpRanges": [{"CidrIp": "198.51.100.0/24"}],
        }
    ],
)
