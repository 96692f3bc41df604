import Testing

@testable import Addresses

@Suite struct AddressTests {
  @Test(arguments: [
    "aws_vpc.main", "aws_subnet.private[0]", "aws_subnet.private[\"eu-west-1a\"]", "data.aws_ami.ubuntu",
    "module.network.aws_vpc.main", "module.network[\"a.b\"].module.zone[1].data.aws_ami.x[\"k\"]",
    "aws_x.y[\"a $${b} and \\\"c\\\"\"]",
  ])
  func instancesPrintWhatTheyParse(text: String) throws {
    #expect(try #require(ResourceInstance(parsing: text)).description == text)
  }

  @Test(arguments: ["", "aws_vpc", "aws_vpc.", "module.a", "aws_vpc.main[", "aws_vpc.main[x]", "aws_vpc.main.id", "data.x", "1a.b"])
  func otherTextIsNoInstance(text: String) {
    #expect(ResourceInstance(parsing: text) == nil)
  }

  @Test func keysSortNoneThenNumbersThenText() {
    let texts = ["a.b[\"10\"]", "a.b[10]", "a.b[9]", "a.b", "a.b[\"9\"]"]
    let sorted = texts.compactMap { ResourceInstance(parsing: $0) }.sorted().map(\.description)
    #expect(sorted == ["a.b", "a.b[9]", "a.b[10]", "a.b[\"10\"]", "a.b[\"9\"]"])
  }

  @Test(arguments: [
    ("hashicorp/aws", "registry.terraform.io/hashicorp/aws"), ("aws", "registry.terraform.io/hashicorp/aws"),
    ("Example.com/Ns/Type", "example.com/ns/type"), ("terraform.io/builtin/terraform", "terraform.io/builtin/terraform"),
  ])
  func providerSourcesTakeDefaults(text: String, full: String) throws {
    #expect(try #require(ProviderSource(parsing: text)).description == full)
  }

  @Test(arguments: ["", "a/b/c/d", "-a", "a--b", "hashicorp/", "under score/x"])
  func otherTextIsNoProvider(text: String) {
    #expect(ProviderSource(parsing: text) == nil)
  }

  @Test(arguments: [
    "provider[\"registry.terraform.io/hashicorp/aws\"]", "provider[\"registry.terraform.io/hashicorp/aws\"].west",
    "module.a.module.b.provider[\"example.com/x/y\"].z",
  ])
  func providerConfigurationsPrintWhatTheyParse(text: String) throws {
    #expect(try #require(ProviderConfigurationAddress(parsing: text)).description == text)
  }

  @Test(arguments: [
    ("module.a", "module.a.x.y", true), ("module.a", "module.a[0].module.b.x.y", true), ("module.a[1]", "module.a[0].x.y", false),
    ("x.y", "x.y[3]", true), ("x.y[3]", "x.y[3]", true), ("x.y[3]", "x.y[4]", false), ("x.y", "module.a.x.y", false),
    ("module.a.x.y", "module.a[2].x.y", true),
  ])
  func targetsContainWhatTheyName(target: String, address: String, contains: Bool) throws {
    let parsed = try #require(TargetAddress(parsing: target))
    #expect(try parsed.contains(#require(ResourceInstance(parsing: address))) == contains)
  }
}
