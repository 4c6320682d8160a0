using Xunit.Sdk;
using Xunit.v3;

// These tests mostly wait: for beats, timeouts and servers. Six at a time keep two cores busy and no deadline in danger.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 6, Algorithm = ParallelAlgorithm.Conservative)]
