using System.Collections.Immutable;

namespace AwsNats.Registry;

/// <summary>
/// The table. Every call makes at most two requests a page, has its own deadline (shorter than a beat), and turns the world's faults
/// into values; only cancellation by the caller throws.
/// </summary>
internal interface IRegistry
{
    /// <summary>Writes our row (UpdateItem: foreign attributes stay). Retried once, when the connection broke before an answer.</summary>
    Task<RegistryReply> AnnounceAsync(Heartbeat heartbeat, CancellationToken cancellation);

    /// <summary>Reads every row, consistently, to the last page.</summary>
    Task<RegistryReply> ReadAsync(CancellationToken cancellation);

    /// <summary>Deletes a stranger's row if its time is still the one seen. A row that changed or is gone is a success.</summary>
    Task<RegistryReply> DeleteAsync(string ip, string seenTime, CancellationToken cancellation);

    /// <summary>Deletes our own row unless another instance has taken the address since.</summary>
    Task<RegistryReply> DeleteOwnAsync(string ip, string instanceId, CancellationToken cancellation);
}

/// <summary>An answer of the registry, or the fault in its place.</summary>
/// <param name="Fault">Null when the call succeeded.</param>
/// <param name="Date">AWS's clock, from the reply's Date header (one-second steps); null when nothing answered. Set for refusals too.</param>
/// <param name="Rows">What was read; empty for writes and faults.</param>
internal sealed record RegistryReply(RegistryFault? Fault, DateTimeOffset? Date, ImmutableArray<Row> Rows)
{
    public static RegistryReply Done(DateTimeOffset? date) => new(null, date, []);
}

/// <summary>Why a call failed.</summary>
/// <param name="Kind">What to do about it.</param>
/// <param name="Message">One line for the log, without secrets.</param>
internal sealed record RegistryFault(RegistryFaultKind Kind, string Message);

internal enum RegistryFaultKind
{
    /// <summary>No answer in time, connection refused or broken, 5xx.</summary>
    Unreachable,

    /// <summary>The table's or the account's throughput is used up.</summary>
    Throttled,

    /// <summary>The role lacks a right, or there are no credentials.</summary>
    Denied,

    /// <summary>There is no such table in this region.</summary>
    NoTable,

    /// <summary>An answer that makes no sense.</summary>
    Garbage,
}
