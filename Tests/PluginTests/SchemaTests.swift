import Diagnostics
import Host
import ProviderInterface
import Testing
import Values

@testable import Plugin

/// The reply to GetProviderSchema: found by scanning, decoded by type, kept on disk.
struct SchemaTests {
  /// Builds a message from its fields.
  static func message(_ build: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    build(&writer)
    return writer.bytes
  }

  static func attribute(_ name: String, _ type: String, _ build: (inout ProtobufWriter) -> Void = { _ in }) -> [UInt8] {
    message {
      $0.string(1, name)
      $0.string(2, type)
      build(&$0)
    }
  }

  static func entry(_ key: String, _ value: [UInt8]) -> [UInt8] {
    message {
      $0.string(1, key)
      $0.message(2, value)
    }
  }

  static func schema(version: Int64 = 0, _ block: (inout ProtobufWriter) -> Void) -> [UInt8] {
    message {
      $0.number(1, version)
      $0.message(2, message(block))
    }
  }

  /// A reply in which fields 10 and 11 of an attribute are set in the way of one protocol.
  static func reply(version: Int) -> [UInt8] {
    let thing = schema(version: 3) { block in
      block.message(2, attribute("id", "\"string\"") { $0.bool(6, true) })
      block.message(2, attribute("tags", #"["map","string"]"#) { $0.bool(5, true) })
      block.message(
        2,
        attribute("secret", "\"string\"") {
          $0.bool(5, true)
          $0.bool(7, true)
          $0.bool(version == 5 ? 10 : 11, true)
        })
      if version == 6 {
        block.message(
          2,
          message {
            $0.string(1, "rules")
            $0.bool(5, true)
            $0.message(
              10,
              message {
                $0.message(1, attribute("port", "\"number\"") { $0.bool(4, true) })
                $0.number(3, 2)
              })
          })
      }
      block.message(
        3,
        message {
          $0.string(1, "disk")
          $0.message(2, message { $0.message(2, attribute("size", "\"number\"") { $0.bool(4, true) }) })
          $0.number(3, 2)
          $0.number(4, 1)
          $0.number(5, 4)
        })
    }
    return message { reply in
      reply.message(1, schema { $0.message(2, attribute("region", "\"string\"") { $0.bool(5, true) }) })
      reply.message(2, entry("test_thing", thing))
      reply.message(2, entry("test_broken", [0x12, 0x05, 1]))
      reply.message(3, entry("test_facts", schema { _ in }))
      reply.message(
        6,
        message {
          $0.bool(1, true)
          $0.bool(2, true)
        })
      reply.message(
        7,
        entry(
          "double",
          message {
            $0.message(
              1,
              message {
                $0.string(1, "n")
                $0.string(2, "\"number\"")
                $0.bool(4, true)
              })
            $0.message(3, message { $0.string(1, "\"number\"") })
            $0.string(4, "Doubles.")
          }))
    }
  }

  @Test(arguments: [5, 6])
  func aTypeIsDecodedAlone(version: Int) throws {
    let index = try SchemaIndex(Self.reply(version: version), protocolVersion: version)
    #expect(index.typeNames(of: .resource) == ["test_broken", "test_thing"])
    #expect(index.typeNames(of: .ephemeralResource) == [])
    #expect(index.capabilities == ServerCapabilities(planDestroy: true, getProviderSchemaOptional: true))
    let thing = try #require(try index.schema(for: .resource, named: "test_thing"))
    #expect(thing.version == 3)
    #expect(thing.block.attribute("id")?.computed == true)
    #expect(thing.block.attribute("tags")?.type == .map(.string))
    let secret = try #require(thing.block.attribute("secret"))
    #expect(secret.sensitive && secret.writeOnly && secret.optional)
    let disk = try #require(thing.block.block("disk"))
    #expect(disk.nesting == .list && disk.minItems == 1 && disk.maxItems == 4)
    #expect(disk.block.attribute("size")?.required == true)
    if version == 6 {
      #expect(thing.block.attribute("rules")?.type == .list(.object([("port", .number)])))
      #expect(thing.block.attribute("rules")?.nestedType?.attribute("port")?.required == true)
    }
    #expect(try index.schema(for: .resource, named: "test_other") == nil)
    #expect(try index.schema(for: .dataSource, named: "test_facts") != nil)
    #expect(try index.providerSchema().block.attribute("region") != nil)
    #expect(try index.providerMetaSchema() == nil)
    #expect(throws: SchemaError.self) { try index.schema(for: .resource, named: "test_broken") }
    let double = try #require(try index.functions()["double"])
    #expect(
      double.parameters.map(\.name) == ["n"] && double.parameters[0].allowsUnknown && !double.parameters[0].allowsNull)
    #expect(double.returnType == .number && double.summary == "Doubles.")
  }

  @Test func theCacheKeepsAndFindsByTheProgramItself() async throws {
    let directory = try ProcessDirectory(in: "/tmp")
    let files = LocalFileTree()
    let program = "\(directory.path)/program"
    try files.write(Array("one".utf8), to: program)
    let cache = PluginSchemaCache(directory: "\(directory.path)/cache/deep", files: files)
    func named(_ path: String, source: String = "a/b/thing", _ environment: [String: String] = [:]) -> PluginProgram {
      PluginProgram(path: path, source: source, environment: environment)
    }
    #expect(await cache.load(named(program)) == nil)
    let index = try SchemaIndex(Self.reply(version: 6), protocolVersion: 6)
    await cache.store(index, of: named(program))
    #expect(await cache.load(named(program))?.bytes == index.bytes)
    // A program with several providers has other schemas for each.
    #expect(await cache.load(named(program, source: "a/b/other")) == nil)
    // So may one that a variable tells something, of which there is one copy while they are the same.
    #expect(await cache.load(named(program, ["TOKEN": "t"])) == nil)
    await cache.store(index, of: named(program, ["TOKEN": "t", "PWD": "/a"]))
    #expect(await cache.load(named(program, ["TOKEN": "t", "PWD": "/b"])) != nil)
    #expect(await cache.load(named(program, ["TOKEN": "u"])) == nil)
    // What each terminal and each job of a pipeline has of its own counts only as being there.
    await cache.store(index, of: named(program, ["CI_JOB_ID": "1", "SSH_AUTH_SOCK": "/a"]))
    #expect(await cache.load(named(program, ["CI_JOB_ID": "2", "SSH_AUTH_SOCK": "/b"])) != nil)
    #expect(await cache.load(named(program, ["CI_JOB_ID": "2"])) == nil)
    #expect(try files.list("\(directory.path)/cache/deep").filter { $0.hasSuffix(".schema") }.count == 1)
    // The same content under another name has the same schemas; another content has not.
    try files.write(Array("one".utf8), to: "\(directory.path)/copy")
    #expect(await cache.load(named("\(directory.path)/copy"))?.protocolVersion == 6)
    try files.write(Array("two!".utf8), to: program)
    #expect(await cache.load(named(program)) == nil)
    #expect(await cache.load(named("\(directory.path)/missing")) == nil)
  }

  @Test func damagedCacheFilesAreNoSchemas() throws {
    let packed = try #require(PluginSchemaCache.pack(try SchemaIndex(Self.reply(version: 5), protocolVersion: 5)))
    #expect(PluginSchemaCache.unpack(packed)?.typeNames(of: .resource).count == 2)
    for length in 0..<packed.count { #expect(PluginSchemaCache.unpack(Array(packed[..<length])) == nil) }
    for position in packed.indices {
      var changed = packed
      changed[position] ^= 0x55
      _ = PluginSchemaCache.unpack(changed)
    }
  }

  @Test func storedAttributesLoseWhatTheTypeHasNoMore() {
    let type = ValueType.object([
      ("a", .string), ("list", .list(.object([("b", .number)]))), ("map", .map(.object([("c", .bool)]))),
    ])
    let cases = [
      (#"{"a":"x","gone":1}"#, #"{"a":"x"}"#),
      (
        #"{"a":"x","list":[{"b":1,"gone":{}}],"map":{"k":{"c":true,"gone":0}}}"#,
        #"{"a":"x","list":[{"b":1}],"map":{"k":{"c":true}}}"#
      ),
      (#"{ "a" : null }"#, #"{ "a" : null }"#), ("[broken", "[broken"), ("null", "null"),
    ]
    for (stored, kept) in cases {
      #expect(String(decoding: StoredAttributes.withoutRemoved(Array(stored.utf8), type: type), as: UTF8.self) == kept)
    }
  }
}
