//! A host that asks, a host that answers by the book of its test, and the wire between.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::rc::Rc;

use embedded_io_async::{Read, Write};
use simple_dns::rdata::{A, AAAA, CNAME, RData, SOA};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};
use unik::concurrent::race;
use unik::net::{Accept, Stack as _, Udp as _, UdpSocket};
use unik::random::Random;
use unik_conformance::memory::{Nic, Offers, Program, Wire};
use unik_conformance::virtual_time::{self, Timer};
use unik_dns::Resolver;
use unik_ip::On;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::stack::Stack;
use unik_ip::tcp::Tcp;
use unik_ip::udp::Udp;

/// The servers that are asked; the test decides who is there.
pub(crate) static SERVERS: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2))];

pub(crate) type Host = Stack<On<Nic, Timer, Dice, Program>>;

/// Random numbers that are the same each time.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Rc<Cell<u64>>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rc::new(Cell::new(seed)))
    }
}

impl Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let seed = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.0.set(seed);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A test's world.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) timer: Timer,
    pub(crate) wire: Wire,
    program: Program,
}

pub(crate) fn run<T>(test: impl AsyncFnOnce(World) -> T) -> T {
    virtual_time::run(async |timer| {
        let program = Program::default();
        let world = World { wire: Wire::new(&timer), timer, program: program.clone() };
        program.run(test(world)).await
    })
}

impl World {
    /// Host number `number` of 10.0.0.0/24.
    pub(crate) async fn host(&self, number: u8) -> Host {
        let nic = self.wire.nic(number, Offers::default());
        let dice = Dice::new(u64::from(number));
        let ethernet = Ethernet::new(nic, self.timer.clone(), dice, self.program.clone()).await.unwrap();
        let arp = Arp::new(ethernet.clone()).await.unwrap();
        let own = format!("10.0.0.{number}/24").parse().unwrap();
        let v4 = Ipv4::new(ethernet.clone(), arp, Some(own), None).await.unwrap();
        let v6 = Ipv6::new(ethernet, None, None, false).await.unwrap();
        let tcp = Tcp::new(v4.clone(), v6.clone(), 1 << 20).await.unwrap();
        let udp = Udp::new(v4.clone(), v6.clone()).await.unwrap();
        Stack::new(tcp, udp, Icmp::new(v4, v6).await.unwrap()).await.unwrap()
    }

    /// A resolver on host 9 that asks these servers.
    pub(crate) async fn resolver(&self, servers: &'static [IpAddr]) -> Resolver<Host, Timer, Dice> {
        let host = self.host(9).await;
        Resolver::new(host, self.timer.clone(), Dice::new(99), servers).await.unwrap()
    }
}

/// A server: what it answers to a question over datagrams, and over connections.
pub(crate) struct Server {
    pub(crate) datagram: Box<Reply>,
    pub(crate) connection: Box<Reply>,
    /// The names that were asked for over datagrams, in order.
    pub(crate) asked: RefCell<Vec<String>>,
}

/// The messages that a question is answered with.
pub(crate) type Reply = dyn Fn(&Question) -> Vec<Vec<u8>>;

/// A question that a server got.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) number: u16,
    pub(crate) name: String,
    pub(crate) v6: bool,
    pub(crate) extended: bool,
    pub(crate) from: SocketAddr,
}

impl Server {
    /// One that answers from a zone.
    pub(crate) fn of(zone: &'static [(&'static str, &'static str)]) -> Self {
        Self::new(move |question| vec![from_zone(question, zone)])
    }

    pub(crate) fn new(reply: impl Fn(&Question) -> Vec<Vec<u8>> + 'static) -> Self {
        Self { datagram: Box::new(reply), connection: Box::new(|_| Vec::new()), asked: RefCell::default() }
    }

    /// Serves on a host until it is dropped.
    pub(crate) async fn run(&self, host: &Host) {
        let mut socket = host.bind(53).await.unwrap();
        let acceptor = host.listen(53).await.unwrap();
        let datagrams = async {
            let mut buffer = [0; 1500];
            loop {
                let (length, from) = socket.receive(&mut buffer).await.unwrap();
                let question = read(&buffer[..length], from);
                self.asked.borrow_mut().push(question.name.clone());
                for answer in (self.datagram)(&question) {
                    socket.send(&answer, from).await.unwrap();
                }
            }
        };
        let connections = async {
            loop {
                let mut flow = acceptor.accept().await.unwrap();
                let mut length = [0; 2];
                flow.read_exact(&mut length).await.unwrap();
                let mut asked = vec![0; usize::from(u16::from_be_bytes(length))];
                flow.read_exact(&mut asked).await.unwrap();
                let from = unik::net::Flow::peer(&flow).unwrap();
                for answer in (self.connection)(&read(&asked, from)) {
                    flow.write_all(&(answer.len() as u16).to_be_bytes()).await.unwrap();
                    flow.write_all(&answer).await.unwrap();
                }
            }
        };
        race(datagrams, connections).await;
    }
}

fn read(bytes: &[u8], from: SocketAddr) -> Question {
    let packet = Packet::parse(bytes).unwrap();
    assert!(packet.has_flags(PacketFlag::RECURSION_DESIRED) && packet.questions.len() == 1);
    let question = &packet.questions[0];
    Question {
        number: packet.id(),
        name: question.qname.to_string(),
        v6: question.qtype == QTYPE::TYPE(TYPE::AAAA),
        extended: packet.opt().is_some(),
        from,
    }
}

/// A message that answers a question with these records; an authority as the last makes it a negative one.
pub(crate) fn message(question: &Question, code: RCODE, records: &[(&str, u32, &str)]) -> Packet<'static> {
    let mut packet = Packet::new_reply(question.number);
    *packet.rcode_mut() = code;
    let kind = if question.v6 { TYPE::AAAA } else { TYPE::A };
    let name = Name::new(&question.name).unwrap().into_owned();
    let class = simple_dns::QCLASS::CLASS(CLASS::IN);
    packet.questions.push(simple_dns::Question::new(name, QTYPE::TYPE(kind), class, false));
    for (name, ttl, data) in records {
        let name = Name::new(name).unwrap().into_owned();
        if let Some(minimum) = data.strip_prefix("SOA ") {
            let soa = SOA {
                mname: name.clone(),
                rname: name.clone(),
                serial: 1,
                refresh: 1,
                retry: 1,
                expire: 1,
                minimum: minimum.parse().unwrap(),
            };
            packet.name_servers.push(ResourceRecord::new(name, CLASS::IN, *ttl, RData::SOA(soa)));
            continue;
        }
        packet.answers.push(ResourceRecord::new(name, CLASS::IN, *ttl, data_of(data)));
    }
    packet
}

fn data_of(text: &str) -> RData<'static> {
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return RData::A(A { address: address.to_bits() });
    }
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return RData::AAAA(AAAA { address: address.to_bits() });
    }
    RData::CNAME(CNAME(Name::new(text).unwrap().into_owned()))
}

/// What a zone says of a name, for a minute.
pub(crate) fn from_zone(question: &Question, zone: &[(&str, &str)]) -> Vec<u8> {
    let own: Vec<_> = zone.iter().filter(|(name, _)| name.eq_ignore_ascii_case(&question.name)).collect();
    let wanted = own.iter().filter(|(_, data)| match data.parse::<IpAddr>() {
        Ok(address) => address.is_ipv6() == question.v6,
        Err(_) => true,
    });
    let mut records: Vec<_> = wanted.map(|(name, data)| (*name, 60, *data)).collect();
    if records.is_empty() {
        records.push(("zone", 60, "SOA 30"));
    }
    let code = if own.is_empty() { RCODE::NameError } else { RCODE::NoError };
    message(question, code, &records).build_bytes_vec().unwrap()
}
