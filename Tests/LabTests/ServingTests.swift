import Foundation
@testable import Lab
import Testing
import YAML

/// Restarts, faults and the way over the wire.
@Suite struct ServingTests {
  private func folder() throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "plumb-lab-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func cluster(_ directory: String, at time: Int64 = 1_790_000_000_000_000_000) throws -> Cluster {
    let cluster = Cluster(now: time)
    try cluster.start(directory: directory)
    return cluster
  }

  private func map(_ name: String) -> Request {
    let object: JSONValue = ["metadata": ["name": .string(name)], "data": ["a": "b"]]
    return Request("POST", configMaps, headers: ["content-type": "application/json"], body: object.json())
  }

  @Test func objectsSurviveARestart() throws {
    let directory = try folder()
    var revision: Int64 = 0
    var before: JSONValue = .null
    do {
      let cluster = try cluster(directory)
      for name in ["a", "b", "c"] { #expect(cluster.handle(map(name), at: cluster.now).code == 201) }
      _ = cluster.handle(Request("DELETE", "\(configMaps)/b"), at: cluster.now)
      before = cluster.handle(Request("GET", configMaps), at: cluster.now).json
      revision = cluster.store.revision
    }
    // A machine that stops may leave half a line.
    let path = directory + "/kubernetes.jsonl"
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data("{\"type\":\"configm".utf8))
    try file.close()
    let again = try cluster(directory)
    #expect(again.store.revision >= revision)
    let after = again.handle(Request("GET", configMaps), at: again.now).json
    #expect(after["items"] == before["items"])
    // Watches from before are told to list again.
    let watch = again.handle(Request("GET", configMaps, query: ["watch": "1", "resourceVersion": "5"]), at: again.now)
    guard case .watch(let stale) = watch.body else {
      Issue.record("no watch")
      return
    }
    #expect(String(decoding: stale.head, as: UTF8.self).contains("\"code\":410"))
    #expect(again.handle(map("d"), at: again.now).code == 201)
  }

  @Test func journalsDoNotGrowForEver() throws {
    let directory = try folder()
    let cluster = try cluster(directory)
    _ = cluster.handle(map("a"), at: cluster.now)
    let patch = Request("PATCH", "\(configMaps)/a", headers: ["content-type": "application/merge-patch+json"])
    for index in 0..<5000 {
      var next = patch
      next.body = JSONValue.object(["data": ["n": .string(String(index))]]).json()
      #expect(cluster.handle(next, at: cluster.now).code == 200)
    }
    let text = try String(contentsOfFile: directory + "/kubernetes.jsonl", encoding: .utf8)
    #expect(text.split(separator: "\n").count < 3000)
    #expect(text.contains("4999"))
  }

  @Test func labsDoNotShareADirectory() throws {
    let directory = try folder()
    let first = try cluster(directory)
    #expect(throws: LabError.self) { try cluster(directory) }
    #expect(first.store.count > 0)
  }

  @Test func strangeJournalsAreRefused() throws {
    let directory = try folder()
    try "not JSON\n".write(toFile: directory + "/kubernetes.jsonl", atomically: true, encoding: .utf8)
    do {
      _ = try cluster(directory)
      Issue.record("a strange journal was taken")
    } catch let error as LabError {
      #expect(error.message.contains("line 1 is damaged"))
    }
  }

  @Test func faultsAreDecidedByTheirSeed() throws {
    func course(_ text: String) throws -> [String] {
      var faults = try Faults(text: text)
      return (0..<1000).map { _ in "\(faults.next("/api"))" }
    }
    let course1 = try course("percent=10,latency=20,seed=7")
    #expect(try course("percent=10,latency=20,seed=7") == course1)
    #expect(try course("percent=10,latency=20,seed=8") != course1)
    let failed = course1.count { !$0.contains("nil") }
    #expect((50...150).contains(failed))
    #expect(throws: LabError.self) { try Faults(text: "percent=101") }
    #expect(throws: LabError.self) { try Faults(text: "often") }
  }

  @Test(arguments: [["down"], ["up"], ["up", "-kubernetes", "-port=x"], ["up", "-kubernetes", "-no"]])
  func commandLinesAreRead(arguments: [String]) {
    #expect(throws: LabError.self) { try LabCommand(arguments: arguments) }
  }

  @Test func manyObjectsAreNoTrouble() throws {
    let lab = try TestCluster()
    let clock = ContinuousClock()
    let duration = clock.measure {
      for index in 0..<2000 { lab.ask("POST", configMaps, ["metadata": ["name": .string("m\(index)"), "labels": ["n": .string(String(index % 10))]]]) }
      #expect(lab.get(configMaps).items(at: ["items"]).count == 2001)
      #expect(lab.get("\(configMaps)?labelSelector=n=3").items(at: ["items"]).count == 200)
    }
    #expect(duration < .seconds(120))
  }

  // MARK: Over the wire

  /// Serves on a free port, and gives its address to a body.
  private func served(_ faults: Faults = Faults(), _ body: @escaping @Sendable (String) async throws -> Void) async throws {
    let start = ContinuousClock.now
    let now = { @Sendable () -> Int64 in
      let passed = start.duration(to: .now).components
      return 1_790_000_000_000_000_000 + passed.seconds * 1_000_000_000 + passed.attoseconds / 1_000_000_000
    }
    let lab = try LabServer(now: now, seed: 3, directory: nil, faults: faults)
    let (ports, port) = AsyncStream.makeStream(of: UInt16.self)
    let serving = Task { try? await HTTPServing(lab: lab, port: 0).run { port.yield($0) } }
    defer { serving.cancel() }
    for await number in ports {
      try await body("http://127.0.0.1:\(number)")
      break
    }
  }

  /// On a thread of its own: whoever waits must not keep the server from working.
  private func curl(_ arguments: [String]) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result { try Self.runCurl(arguments) }) }.start()
    }
  }

  private static func runCurl(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    // Other tests may keep all processors busy for a while.
    process.arguments = ["curl", "-sS", "--max-time", "300"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  @Test func servesOverLoopback() async throws {
    try await served { url in
      let version = try await curl(["\(url)/version"])
      #expect(version.contains("v1.36.0+plumb-lab"))
      let apply = ["-X", "PATCH", "-H", "Content-Type: application/apply-patch+yaml", "-d"]
      let map = "\(url)\(configMaps)/a%2Db?fieldManager=m"
      let applied = try await curl(apply + ["{apiVersion: v1, kind: ConfigMap, data: {k: v}}", "-w", "%{http_code}", map])
      #expect(applied.hasSuffix("201"))
      let found = try await curl(["-o", "/dev/null", "-w", "%{http_code}", "\(url)\(configMaps)/a-b"])
      #expect(found == "200")
      let missing = try await curl(["-i", "\(url)/apis/none/v1/x"])
      #expect(missing.contains("404 page not found"))
      let odd = "\(url)\(configMaps)?labelSelector=a+notin+%28b%2C+c%29%2C%21d&limit=5"
      let listed = try await curl(["-w", "%{http_code}", odd])
      #expect(listed.contains("kube-root-ca.crt") && listed.hasSuffix("200"))
      // One connection for many requests.
      let many = try await curl((0..<50).flatMap { _ in ["\(url)/healthz"] } + ["-w", "%{num_connects}"])
      #expect(many.contains("ok1ok0ok0"))
    }
  }

  @Test func watchesStreamAsThingsHappen() async throws {
    try await served { url in
      async let watched = curl(["\(url)\(configMaps)?watch=1&timeoutSeconds=3"])
      try await Task.sleep(for: .milliseconds(500))
      _ = try await curl(["-H", "Content-Type: application/json", "-d", #"{"metadata":{"name":"seen"}}"#, "\(url)\(configMaps)"])
      let lines = try await watched.split(separator: "\n")
      #expect(lines.count == 2, "\(lines)")
      #expect(lines.last?.contains("\"type\":\"ADDED\"") == true && lines.last?.contains("\"seen\"") == true)
    }
  }

  @Test func manyWatchAtOnce() async throws {
    try await served { url in
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<4 {
          group.addTask {
            // 25 connections each, all open at the same time.
            let urls = (0..<25).map { _ in "\(url)\(configMaps)?watch=1&timeoutSeconds=2" }
            let text = try await curl(["--parallel", "--parallel-immediate", "--parallel-max", "25"] + urls)
            return text.ranges(of: "\"ADDED\"").count
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(counts == 100)
    }
  }

  @Test func faultsReachTheClient() async throws {
    try await served(try Faults(text: "percent=100,seed=3")) { url in
      var seen: Set<String> = []
      for _ in 0..<30 { seen.insert(String(try await curl(["-o", "/dev/null", "-w", "%{http_code}/%{errormsg}", "\(url)/version"]).prefix(5))) }
      #expect(seen.isSuperset(of: ["429/", "500/"]))
      #expect(seen.contains { $0.hasPrefix("curl:") || $0.hasPrefix("200/t") }, "\(seen)")
      let health = try await curl(["\(url)/healthz"])
      #expect(health == "ok")
    }
  }
}
