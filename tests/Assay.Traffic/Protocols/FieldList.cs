using Assay.Traffic.Flows;
using Assay.Traffic.Protocols;

namespace Assay.Traffic.Tests.Protocols;

/// <summary>Every field that readers read, in their order.</summary>
internal sealed class FieldList : IFieldWitness
{
    public List<(Moment At, string Protocol, string Field, string Value)> Places { get; } = [];
    public IEnumerable<(long Frame, string Protocol, string Field, string Value)> All => Places.Select(p => (p.At.Frame, p.Protocol, p.Field, p.Value));

    public void Saw(long frame, string protocol, string field, string value) => throw new InvalidOperationException("expected a message with its ends");

    public void Saw(in Moment at, string protocol, string field, string value) => Places.Add((at, protocol, field, value));
}
