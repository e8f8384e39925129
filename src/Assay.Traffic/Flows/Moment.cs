using Assay.Traffic.Captures;

namespace Assay.Traffic.Flows;

/// <summary>When and between whom something was seen.</summary>
internal readonly struct Moment(in Frame frame, in Packet packet)
{
    public readonly long Frame = frame.Number, Offset = frame.Offset, Time = frame.Time;
    public readonly Address Source = packet.Source, Destination = packet.Destination;
    public readonly ushort SourcePort = packet.SourcePort, DestinationPort = packet.DestinationPort;
    public readonly MacAddress SourceMac = packet.SourceMac;
}
