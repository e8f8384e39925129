using Assay.Traffic.Captures;
using Assay.Traffic.Flows;

namespace Assay.Traffic.Protocols;

/// <summary>UDP: each flow is recognised once, by its first datagrams, and then read by the reader of its protocol.</summary>
internal static class Datagrams
{
    /// <summary>Datagrams of a flow that are looked at before it counts as unknown.</summary>
    private const int MostTries = 4;

    public static void Take(Notes notes, in Packet packet, in Frame frame, bool outward, ref FlowEntry entry, ref Conversation? kept)
    {
        Protocol? protocol;
        var payload = packet.Payload(frame);
        if (entry.Application != Application.Unknown)
        {
            protocol = ProtocolTable.Of(entry.Application)!;
            if (!protocol.TellsFlows && !notes.IsExamination) return;
        }
        else
        {
            if (entry.Tries >= MostTries) return;
            entry.Tries++;
            protocol = ProtocolTable.OfDatagram(payload, packet.SourcePort, packet.DestinationPort) ?? Tftp.OfAnswer(notes, packet, payload);
            if (protocol is null) return;
            entry.Application = protocol.Application;
            if (!protocol.TellsFlows && !notes.IsExamination) return;
        }
        var at = new Moment(frame, packet);
        protocol.Read!(new Datagram(notes, ref kept, payload, outward, at));
    }
}
